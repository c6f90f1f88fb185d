import type { ButtonHTMLAttributes } from 'react';

import './button.css';

type Look = 'primary' | 'quiet' | 'plain' | 'danger';

/**
 * `busy` is for one that has been pressed: it does nothing, and keeps the focus, which a disabled
 * button would lose.
 */
interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: Look;
  readonly busy?: boolean;
}

export function Button({
  look = 'quiet',
  busy = false,
  type = 'button',
  className = '',
  onClick,
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      className={`button button--${look} ${className}`}
      aria-disabled={busy || undefined}
      aria-busy={busy}
      onClick={(click) => {
        // Also what a form sends itself by, when Enter is pressed in a field.
        if (busy) click.preventDefault();
        else onClick?.(click);
      }}
    />
  );
}
