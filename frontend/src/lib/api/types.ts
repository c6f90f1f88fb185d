import type { components } from '@/lib/api/schema';

type Schemas = components['schemas'];

export type EventSummary = Schemas['Event'];
export type EventDetail = Schemas['EventDetail'];
export type Category = Schemas['Category'];
export type Shape = Schemas['Shape'];
export type PaymentMethod = Schemas['PaymentMethod'];
export type Layout = Schemas['Layout'];
export type Seat = Schemas['Seat'];
/** A seat that the caller holds. */
export type Lock = Schemas['Lock'];
export type Reservation = Schemas['Reservation'];
/** What the door is told of one. */
export type Ticket = Schemas['Ticket'];
export type ConflictReason = Schemas['ReasonEnum'];
export type Me = Schemas['Me'];
export type Credentials = Schemas['CredentialsRequest'];
export type Registration = Schemas['RegistrationRequest'];
export type SignedIn = Schemas['SignedIn'];
export type TokenPair = Schemas['TokenPair'];
export type PasswordChange = Schemas['PasswordChangeRequest'];
/** With a new pair for who asked with a token: the one that they had has ended. */
export type PasswordChanged = Schemas['PasswordChanged'];
/** What a link in a mail says, and what the password is to be. */
export type PasswordReset = Schemas['PasswordResetConfirmRequest'];
export type SeatAnswer = Schemas['SeatAnswer'];
export type SeatsAnswer = Schemas['SeatsAnswer'];
export type ExtendedAnswer = Schemas['ExtendedAnswer'];
export type ReservedAnswer = Schemas['ReservedAnswer'];
export type CancelledAnswer = Schemas['CancelledAnswer'];
