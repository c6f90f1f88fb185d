import { locale } from '@/i18n/language';

/** Cache formatters by language and variant: creating one is slow. */
export function formatterFor<Formatter>(
  make: (locale: string, variant: string) => Formatter,
): (variant?: string) => Formatter {
  const made = new Map<string, Formatter>();
  return (variant = '') => {
    const key = `${locale()} ${variant}`;
    const known = made.get(key);
    if (known !== undefined) return known;
    const formatter = make(locale(), variant);
    made.set(key, formatter);
    return formatter;
  };
}
