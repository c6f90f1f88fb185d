import { useIsMutating, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { toApiError } from '@/api/apiError';
import { createReusableKey } from '@/api/idempotencyKey';
import { allocationsQuery } from '@/queries/boxOffice';

const commandsOf = (eventId: number) => ['boxOffice', eventId];

/** Whether a command is under way: the map may show what it does before its answer arrives. */
export function useIsSending(eventId: number): boolean {
  return useIsMutating({ mutationKey: commandsOf(eventId) }) > 0;
}

/**
 * Send a command with an idempotency key: a request whose answer was lost is not carried out twice.
 */
export function useCommand<Input, Answer>(
  eventId: number,
  send: (input: Input, key: string) => Promise<Answer>,
  onDone: (answer: Answer, input: Input) => void,
) {
  const queryClient = useQueryClient();
  const [key] = useState(() => createReusableKey());
  return useMutation({
    mutationKey: commandsOf(eventId),
    mutationFn: (input: Input) => send(input, key.keyFor(JSON.stringify(input))),
    retry: false,
    onSuccess: (answer, input) => {
      key.settled();
      void queryClient.invalidateQueries({ queryKey: allocationsQuery(eventId).queryKey });
      onDone(answer, input);
    },
    onError: (error) => {
      if (!toApiError(error).isOutcomeUnknown) key.settled();
    },
  });
}
