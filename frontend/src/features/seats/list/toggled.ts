export function toggled(names: ReadonlySet<string>, name: string): ReadonlySet<string> {
  const others = new Set(names);
  if (!others.delete(name)) others.add(name);
  return others;
}
