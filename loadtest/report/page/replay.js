import { numbersIn, unzigzag } from './varints.js';

const STATUSES = 4;
const STATUS_BITS = 2;
const TENTHS = 10;
/** All seats are kept at every so many changes, and at no more moments than that. */
const KEYFRAME_CHANGES = 2048;
const MOST_KEYFRAMES = 200;

/** All seats at any moment of a run. */
export class Replay {
  #start;
  #times;
  #indices;
  #codes;
  #every;
  #keyframes;
  #applied = 0;

  constructor({ seats, statuses, changes }) {
    const numbers = numbersIn(changes);
    const count = numbers.length / 2;
    this.#times = new Float64Array(count);
    this.#indices = new Uint32Array(count);
    this.#codes = new Uint8Array(count);
    for (let change = 0, ms = 0, index = 0; change < count; change++) {
      const first = numbers[2 * change];
      ms += Math.floor(first / (1 << STATUS_BITS));
      index += unzigzag(numbers[2 * change + 1]);
      this.#times[change] = ms;
      this.#indices[change] = index;
      this.#codes[change] = first % STATUSES;
    }
    this.#start = unpacked(statuses, seats);
    /** A status for each seat, at the moment that was sought last. */
    this.statuses = this.#start.slice();
    /** How many seats are in each status. */
    this.counts = countsOf(this.statuses);
    this.#every = Math.max(KEYFRAME_CHANGES, Math.ceil(count / MOST_KEYFRAMES));
    this.#keyframes = [this.#start];
    this.#remember();
  }

  get lastMs() {
    return this.#times.at(-1) ?? 0;
  }

  seek(ms) {
    const until = this.#changesUntil(ms);
    if (until < this.#applied || until - this.#applied > this.#every) {
      const frame = Math.floor(until / this.#every);
      this.statuses.set(this.#keyframes[frame]);
      this.#applied = frame * this.#every;
      this.counts = countsOf(this.statuses);
    }
    this.#advance(until);
  }

  #remember() {
    const last = Math.floor(this.#times.length / this.#every);
    for (let frame = 1; frame <= last; frame++) {
      this.#advance(frame * this.#every);
      this.#keyframes.push(this.statuses.slice());
    }
    this.seek(0);
  }

  #advance(until) {
    for (; this.#applied < until; this.#applied++) {
      const index = this.#indices[this.#applied];
      const code = this.#codes[this.#applied];
      this.counts[this.statuses[index]]--;
      this.counts[code]++;
      this.statuses[index] = code;
    }
  }

  #changesUntil(ms) {
    let from = 0;
    let to = this.#times.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.#times[middle] <= ms) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

/** Answers the seats' places, x and y in turn. */
export function placesIn(positions) {
  const steps = numbersIn(positions);
  const places = new Float64Array(steps.length);
  let x = 0;
  let y = 0;
  for (let place = 0; place < steps.length; place += 2) {
    places[place] = (x += unzigzag(steps[place])) / TENTHS;
    places[place + 1] = (y += unzigzag(steps[place + 1])) / TENTHS;
  }
  return places;
}

function unpacked(base64, seats) {
  const bytes = atob(base64);
  const statuses = new Uint8Array(seats);
  for (let index = 0; index < seats; index++) {
    statuses[index] = (bytes.charCodeAt(index >> 2) >> ((index & 3) * 2)) & 3;
  }
  return statuses;
}

function countsOf(statuses) {
  const counts = new Uint32Array(STATUSES);
  for (const status of statuses) counts[status]++;
  return counts;
}
