import type { components } from '@/api/schema';

type Schemas = components['schemas'];

export type EventSummary = Schemas['Event'];
export type EventDetail = Schemas['EventDetail'];
export type Revenue = Schemas['Revenue'];
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
export type AdmittedAnswer = Schemas['AdmittedAnswer'];
/** A seat that has entered, when, and at which gate. */
export type AdmittedSeat = Schemas['AdmittedSeat'];
export type ConflictReason = Schemas['ConflictReasonEnum'];
export type Me = Schemas['Me'];
export type Credentials = Schemas['CredentialsRequest'];
export type Registration = Schemas['RegistrationRequest'];
export type SignedIn = Schemas['SignedIn'];
export type TokenPair = Schemas['TokenPair'];
export type SocketTicket = Schemas['SocketTicket'];
/** With what this device is known by at the next sign-in. */
export type SignedInPair = Schemas['SignedInPair'];
export type EmailChange = Schemas['EmailChangeRequest'];
/** What a link in a mail says. */
export type EmailConfirmation = Schemas['EmailConfirmRequest'];
export type PasswordResetDone = Schemas['PasswordResetDone'];
export type PasswordChange = Schemas['PasswordChangeRequest'];
/** With a new pair for who asked with a token: the one that they had has ended. */
export type PasswordChanged = Schemas['PasswordChanged'];
/** What a link in a mail says, and what the password is to be. */
export type PasswordReset = Schemas['PasswordResetConfirmRequest'];
/** With a code, or with a passkey's credential. */
export type SecondStepAnswer = Omit<Schemas['SecondStepRequest'], 'code'> & {
  readonly code?: string;
};
export type SecondFactor = Schemas['SecondFactor'];
export type Passkey = Schemas['Passkey'];
export type NewPasskey = Schemas['NewPasskeyRequest'];
export type PasskeyOptions = Schemas['PasskeyOptions'];
export type TotpSecret = Schemas['TotpSecret'];
export type FactorAdded = Schemas['FactorAdded'];
export type RecoveryCodes = Schemas['RecoveryCodes'];
/** A place where the person is signed in. */
export type Session = Schemas['Session'];
export type SeatAnswer = Schemas['SeatAnswer'];
export type SeatsAnswer = Schemas['SeatsAnswer'];
export type ExtendedAnswer = Schemas['ExtendedAnswer'];
export type ReservedAnswer = Schemas['ReservedAnswer'];
export type CancelledAnswer = Schemas['CancelledAnswer'];
