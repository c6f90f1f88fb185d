import { type DefaultValues, type FieldValues, useForm } from 'react-hook-form';

/**
 * A form whose fields take effect one by one, as soon as they are entered. `values` are those of
 * the document; `commit` gets what was changed.
 */
export function useCommitForm<T extends FieldValues>(
  values: T,
  commit: (changed: Partial<T>) => void,
) {
  const { control, getValues } = useForm<T>({
    values,
    defaultValues: values as DefaultValues<T>,
    resetOptions: { keepDirtyValues: false },
  });
  const onCommit = () => {
    const now = getValues();
    const changed: Partial<T> = {};
    for (const key of Object.keys(values) as (keyof T)[]) {
      if (!Object.is(now[key], values[key])) changed[key] = now[key];
    }
    if (Object.keys(changed).length > 0) commit(changed);
  };
  return { control, onCommit };
}
