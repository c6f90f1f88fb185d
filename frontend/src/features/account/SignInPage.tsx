import { Link, Navigate, useSearchParams } from 'react-router';

import { Field } from '@/components/Field';
import { AccountForm } from '@/features/account/AccountForm';
import { textField } from '@/features/account/textField';
import { toApiError } from '@/lib/api/apiError';
import { returnPath, withReturn } from '@/lib/paths';
import { useMe, useSignIn } from '@/lib/queries/session';

export function SignInPage() {
  const [search] = useSearchParams();
  const next = returnPath(search);
  const me = useMe();
  const signIn = useSignIn();
  if (me !== null && me !== undefined) return <Navigate to={next} replace />;

  return (
    <AccountForm
      title="Welcome back"
      lead={
        next === '/'
          ? 'Sign in to hold and reserve seats.'
          : 'Sign in, and you are back where you were.'
      }
      submitLabel="Sign in"
      busy={signIn.isPending}
      error={signIn.error === null ? null : toApiError(signIn.error)}
      onSubmit={(fields) => {
        signIn.mutate({
          username: textField(fields, 'username'),
          password: textField(fields, 'password'),
        });
      }}
      footer={
        <>
          New here? <Link to={withReturn('/register', next)}>Create an account</Link>
        </>
      }
    >
      <title>Sign in · Seatcast</title>
      <Field
        label="Username"
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        required
      />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
      />
    </AccountForm>
  );
}
