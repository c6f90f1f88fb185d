import type { ButtonHTMLAttributes } from 'react';

import './button.css';

type Look = 'primary' | 'quiet' | 'plain' | 'danger';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: Look;
  readonly busy?: boolean;
}

export function Button({
  look = 'quiet',
  busy = false,
  type = 'button',
  className = '',
  disabled,
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      className={`button button--${look} ${className}`}
      disabled={disabled === true || busy}
      aria-busy={busy}
    />
  );
}
