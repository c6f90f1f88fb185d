import { useMutation, useQueryClient } from '@tanstack/react-query';

import {
  completeSecondFactor,
  register,
  returnAsGuest,
  signIn,
  signOutEverywhere,
  startAsGuest,
} from '@/api/account';
import { isNotMe, meQuery, useEndSession } from '@/queries/session';

export function useSignIn() {
  return useStartSession(signIn);
}

export function useSecondStep() {
  return useStartSession(completeSecondFactor);
}

export function useRegister() {
  return useStartSession(register);
}

export function useStartAsGuest() {
  return useStartSession(startAsGuest);
}

export function useReturnAsGuest() {
  return useStartSession(returnAsGuest);
}

function useStartSession<Given>(mutationFn: (given: Given) => Promise<void>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn,
    retry: false,
    onSuccess: async () => {
      await queryClient.query({ ...meQuery, staleTime: 0 });
      await queryClient.invalidateQueries({ predicate: isNotMe });
    },
  });
}

export function useSignOutEverywhere() {
  return useEndSession(signOutEverywhere);
}
