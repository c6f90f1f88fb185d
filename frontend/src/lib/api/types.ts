import type { components } from '@/lib/api/schema';

type Schemas = components['schemas'];

export type EventSummary = Schemas['Event'];
export type EventDetail = Schemas['EventDetail'];
export type Category = Schemas['Category'];
export type Shape = Schemas['Shape'];
export type Seat = Schemas['Seat'];
export type Reservation = Schemas['Reservation'];
export type PaymentMethod = Schemas['PaymentMethodEnum'];
export type ConflictReason = Schemas['ReasonEnum'];
export type Me = Schemas['Me'];
export type Credentials = Schemas['CredentialsRequest'];
export type Registration = Schemas['RegistrationRequest'];
export type SignedIn = Schemas['SignedIn'];
export type SeatAnswer = Schemas['SeatAnswer'];
export type SeatsAnswer = Schemas['SeatsAnswer'];
export type ReservedAnswer = Schemas['ReservedAnswer'];
export type CancelledAnswer = Schemas['CancelledAnswer'];
