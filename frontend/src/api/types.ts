import type { components } from '@/api/schema';

type Schemas = components['schemas'];

export type EventSummary = Schemas['Event'];
export type EventDetail = Schemas['EventDetail'];
export type SaleFigures = Schemas['SaleFigures'];
/** An event's seats at a moment. */
export type PastMap = Schemas['PastMap'];
/** A seat's change, as the history tells it. */
export type Change = Schemas['Change'];
/** What an organiser did. */
export type Action = Schemas['Action'];
/** What seats are kept for. */
export type Allocation = Schemas['Allocation'];
export type AllocatedSeats = Schemas['AllocatedSeats'];
export type PromoCode = Schemas['PromoCode'];
export type NewPromoCode = Schemas['NewPromoCodeRequest'];
export type OpenedSeats = Schemas['OpenedSeats'];
export type AllocationRequest = Schemas['AllocateRequest'];
export type AllocationKind = AllocationRequest['kind'];
/** A sale at the box office. */
export type SaleRequest = Schemas['SellRequest'];
/** Who has a seat. */
export type SeatUse = Schemas['SeatUse'];
export type ReleasedLock = Schemas['ReleasedLock'];
/** Sums of an event's sale. */
export type Reports = Schemas['Reports'];
/** A kind of ticket that is sold at other prices than the seats' own. */
export type TicketType = Schemas['TicketType'];
export type Category = Schemas['Category'];
export type Shape = Schemas['Shape'];
export type PaymentMethod = Schemas['PaymentMethod'];
export type Layout = Schemas['Layout'];
export type Miniature = Schemas['Miniature'];
export type Seat = Schemas['Seat'];
/** A seat that the caller has locked. */
export type Lock = Schemas['Lock'];
export type Reservation = Schemas['Reservation'];
/** A booking as organisers find it. */
export type FoundBooking = Schemas['FoundBooking'];
/** A booking with its money, as organisers see it. */
export type Booking = Schemas['Booking'];
/** What moving seats would cost. */
export type Quote = Schemas['Quote'];
export type Settling = Schemas['SettlingEnum'];
/** A ticket as door staff see it. */
export type Ticket = Schemas['Ticket'];
export type AdmittedAnswer = Schemas['AdmittedAnswer'];
/** An admitted seat, with time and gate. */
export type AdmittedSeat = Schemas['AdmittedSeat'];
export type ConflictReason = Schemas['ConflictReasonEnum'];
/** An event as its organisers set it. */
export type EventSettings = Schemas['EventSettings'];
/** The fields of an event that its organisers set. */
export type EventFields = Schemas['PatchedEventFieldsRequest'];
export type NewEvent = Schemas['NewEventRequest'];
/** The categories of an event with the numbers of their seats. */
export type PricedCategories = Schemas['Categories'];
export type TicketTypeEdit = Schemas['TicketTypeEditRequest'];
export type CategoryEdit = Schemas['CategoryEditRequest'];
export type Me = Schemas['Me'];
/** An organisation as the caller sees it. */
export type Organisation = Schemas['Organisation'];
/** A seating plan of an organisation, without its documents. */
export type SeatingPlan = Schemas['SeatingPlan'];
export type NewPlan = Schemas['NewPlan'];
export type PlanVersion = Schemas['PlanVersion'];
/** A plan as buyers would see it, with its problems. */
export type PlanPreview = Schemas['PlanPreview'];
export type PlanProblem = Schemas['PlanProblem'];
export type PlanCheck = Schemas['PlanCheck'];
export type PlanDraft = Schemas['PlanDraft'];
/** What a version changes about an event's seats. */
export type PlanChanges = Schemas['PlanChanges'];
export type InTheWay = Schemas['InTheWay'];
export type Role = Schemas['RoleEnum'];
export type Member = Schemas['Member'];
export type Invitation = Schemas['Invitation'];
export type Webhook = Schemas['Endpoint'];
export type WebhookWithSecret = Schemas['NewSecret'];
export type MessageKind = Schemas['MessageKindEnum'];
export type Delivery = Schemas['Delivery'];
export type InvitationOffer = Schemas['Offer'];
export type Credentials = Schemas['CredentialsRequest'];
export type Registration = Schemas['RegistrationRequest'];
/** A mail as buyers get it. */
export type MailPreview = Schemas['MailPreview'];
export type DoorList = Schemas['DoorList'];
export type DoorChanges = Schemas['DoorChanges'];
export type ListedBooking = Schemas['ListedBooking'];
export type ListedSeat = Schemas['ListedSeat'];
export type Doors = Schemas['Doors'];
export type Door = Schemas['Door'];
export type DoorProblem = Schemas['Problem'];
export type TicketScan = Required<Schemas['ScanRequest']>;
export type ScanResult = Schemas['ScanResult'];
export type Guest = Schemas['GuestRequest'];
export type GuestSignedIn = Schemas['GuestSignedIn'];
/** Parameters of the link mailed to a guest. */
export type GuestReturn = Schemas['ComeBackRequest'];
export type GuestAccount = Schemas['GuestAccountRequest'];
export type TokenPair = Schemas['TokenPair'];
export type SocketTicket = Schemas['SocketTicket'];
export type EmailChange = Schemas['EmailChangeRequest'];
/** Parameters of an email confirmation link. */
export type EmailConfirmation = Schemas['EmailConfirmRequest'];
export type PasswordChange = Schemas['PasswordChangeRequest'];
/** Parameters of a password reset link, and the new password. */
export type PasswordReset = Schemas['PasswordResetConfirmRequest'];
/** With a code, or a passkey's credential. */
export type SecondStepAnswer = Schemas['SecondStepRequest'];
export type SecondFactor = Schemas['SecondFactor'];
export type Passkey = Schemas['Passkey'];
export type NewPasskey = Schemas['NewPasskeyRequest'];
export type PasskeyOptions = Schemas['PasskeyOptions'];
export type TotpSecret = Schemas['TotpSecret'];
export type FactorAdded = Schemas['FactorAdded'];
/** A session or token family of the user. */
export type Session = Schemas['Session'];
export type SeatAnswer = Schemas['SeatAnswer'];
export type SeatsAnswer = Schemas['SeatsAnswer'];
export type ExtendedAnswer = Schemas['ExtendedAnswer'];
export type ReservedAnswer = Schemas['ReservedAnswer'];
export type SoldAnswer = Schemas['SoldAnswer'];
export type StartedPaymentAnswer = Schemas['StartedPaymentAnswer'];
export type BuyersPayment = Schemas['BuyersPayment'];
export type PaymentProgress = Schemas['PaymentProgress'];
export type CancelledAnswer = Schemas['CancelledAnswer'];
