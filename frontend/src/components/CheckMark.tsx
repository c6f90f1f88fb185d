import './checkMark.css';

/** A large tick: something has succeeded. */
export function CheckMark() {
  return (
    <svg className="check-mark" viewBox="0 0 64 64" width="64" height="64" aria-hidden="true">
      <circle className="check-mark__disc" cx="32" cy="32" r="30" />
      <path className="check-mark__check" d="M20 33l8.5 8.5L45 24" />
    </svg>
  );
}
