/** What `encoding.py` has packed. */

const CONTINUES = 0x80;
const GROUP = 0x7f;
const GROUP_SIZE = 0x80;

/** Answers whole numbers from base64 of groups of seven bits, the lowest group first. */
export function numbersIn(base64) {
  const bytes = atob(base64);
  const numbers = new Float64Array(bytes.length);
  let count = 0;
  let number = 0;
  let worth = 1;
  for (let place = 0; place < bytes.length; place++) {
    const byte = bytes.charCodeAt(place);
    number += (byte & GROUP) * worth;
    if (byte & CONTINUES) {
      worth *= GROUP_SIZE;
    } else {
      numbers[count++] = number;
      number = 0;
      worth = 1;
    }
  }
  return numbers.subarray(0, count);
}

export function unzigzag(number) {
  return number % 2 === 0 ? number / 2 : -(number + 1) / 2;
}
