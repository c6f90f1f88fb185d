/** Give the person a file to keep. */
export function saveFile(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken hold of the contents by then.
  setTimeout(() => {
    URL.revokeObjectURL(url);
  });
}
