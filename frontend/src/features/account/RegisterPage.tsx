import { Link, Navigate, useSearchParams } from 'react-router';

import { Field } from '@/components/Field';
import { AccountForm } from '@/features/account/AccountForm';
import { textField } from '@/features/account/textField';
import { toApiError } from '@/lib/api/apiError';
import { returnPath, withReturn } from '@/lib/paths';
import { useMe, useRegister } from '@/lib/queries/session';

export function RegisterPage() {
  const [search] = useSearchParams();
  const next = returnPath(search);
  const me = useMe();
  const register = useRegister();
  if (me !== null && me !== undefined) return <Navigate to={next} replace />;

  const error = register.error === null ? null : toApiError(register.error);
  const errorsOf = (name: string) => error?.fields.get(name) ?? [];
  return (
    <AccountForm
      title="Create an account"
      lead="A name and a password are all it takes."
      submitLabel="Create account"
      busy={register.isPending}
      error={error}
      onSubmit={(fields) => {
        const email = textField(fields, 'email');
        register.mutate({
          username: textField(fields, 'username'),
          password: textField(fields, 'password'),
          ...(email !== '' && { email }),
        });
      }}
      footer={
        <>
          Have an account? <Link to={withReturn('/sign-in', next)}>Sign in</Link>
        </>
      }
    >
      <title>Create an account · Seatcast</title>
      <Field
        label="Username"
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        maxLength={150}
        errors={errorsOf('username')}
        required
      />
      <Field
        label="E-mail (optional)"
        name="email"
        type="email"
        autoComplete="email"
        errors={errorsOf('email')}
      />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="new-password"
        hint="At least eight characters, and not a common one."
        minLength={8}
        errors={errorsOf('password')}
        required
      />
    </AccountForm>
  );
}
