const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

function number(value) {
  return (Math.abs(value) < 10 ? fine : whole).format(value);
}

function latency(ms) {
  if (ms >= 999.5) return `${Number((ms / 1000).toPrecision(3))} s`;
  return `${Number(ms.toPrecision(ms >= 99.95 ? 3 : 2))} ms`;
}

/** Answers a value as a person reads it, on axes and in legends. */
export const SAID = {
  ms: latency,
  'per second': (value) => `${number(value)}/s`,
  seats: (value) => whole.format(value),
  '%': (value) => `${whole.format(value)} %`,
  MB: (value) => `${whole.format(value)} MB`,
};

export function secondsSaid(seconds) {
  return `${seconds.toFixed(1)} s`;
}

/** Answers the percentile that one in so many calls is slower than. */
export function percentileSaid(oneIn) {
  return `${Number((100 - 100 / oneIn).toFixed(4))} %`;
}
