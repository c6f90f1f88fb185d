import { useId } from 'react';
import { type Control, Controller, type FieldPath, type FieldValues } from 'react-hook-form';

interface ColorInputProps<T extends FieldValues> {
  readonly control: Control<T>;
  readonly name: FieldPath<T>;
  readonly label: string;
  readonly onCommit: () => void;
}

/** The browser's own picker. Colours that it cannot show, such as names, stay until another is chosen. */
export function ColorInput<T extends FieldValues>({
  control,
  name,
  label,
  onCommit,
}: ColorInputProps<T>) {
  const id = useId();
  return (
    <Controller
      control={control}
      name={name}
      render={({ field }) => (
        <div className="ed-field ed-color">
          <label htmlFor={id}>{label}</label>
          <input
            id={id}
            type="color"
            ref={field.ref}
            value={/^#[\da-f]{6}$/i.test(field.value) ? field.value : '#888888'}
            onChange={(event) => {
              field.onChange(event.target.value);
            }}
            onBlur={() => {
              field.onBlur();
              onCommit();
            }}
          />
        </div>
      )}
    />
  );
}
