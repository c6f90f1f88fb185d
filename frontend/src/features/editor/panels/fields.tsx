import { type ReactNode, useEffect, useRef } from 'react';
import {
  Button,
  CheckboxButton,
  CheckboxField,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  NumberField,
  Popover,
  Select,
  SelectValue,
  Slider,
  SliderThumb,
  SliderTrack,
  TextField,
} from 'react-aria-components';
import { type Control, Controller, type FieldPath, type FieldValues } from 'react-hook-form';

import { Icon } from '@/components/Icon';

/** Where objects differ in what is set. */
const DIFFERENT = '–';

interface FieldProps<T extends FieldValues> {
  readonly control: Control<T>;
  readonly name: FieldPath<T>;
  readonly label: string;
  /** The value has been entered. */
  readonly onCommit: () => void;
}

interface TextInputProps {
  readonly maxLength?: number;
  /** Whether to select the text when the field appears, to replace it. */
  readonly isEnteredNow?: boolean;
}

export function TextInput<T extends FieldValues>({
  control,
  name,
  label,
  onCommit,
  maxLength = 100,
  isEnteredNow = false,
}: FieldProps<T> & TextInputProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isEnteredNow) input.current?.select();
  }, [isEnteredNow]);
  return (
    <Controller
      control={control}
      name={name}
      render={({ field }) => (
        <TextField
          className="ed-field"
          value={field.value}
          maxLength={maxLength}
          onChange={field.onChange}
          onBlur={() => {
            field.onBlur();
            onCommit();
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') onCommit();
          }}
        >
          <Label>{label}</Label>
          <Input
            ref={(element) => {
              field.ref(element);
              input.current = element;
            }}
          />
        </TextField>
      )}
    />
  );
}

interface NumberInputProps {
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
}

/** A value that several objects do not share is NaN, which shows nothing. */
export function NumberInput<T extends FieldValues>({
  control,
  name,
  label,
  onCommit,
  min,
  max,
  step = 1,
}: FieldProps<T> & NumberInputProps) {
  return (
    <Controller
      control={control}
      name={name}
      render={({ field }) => (
        <NumberField
          className="ed-field ed-number"
          value={field.value}
          step={step}
          {...(min !== undefined && { minValue: min })}
          {...(max !== undefined && { maxValue: max })}
          formatOptions={{ maximumFractionDigits: 2, useGrouping: false }}
          onChange={(value) => {
            if (Number.isNaN(value)) return;
            field.onChange(value);
            onCommit();
          }}
        >
          <Label>{label}</Label>
          <div className="ed-number__group">
            <Button slot="decrement">
              <Icon name="minus" />
            </Button>
            <Input ref={field.ref} />
            <Button slot="increment">
              <Icon name="plus" />
            </Button>
          </div>
        </NumberField>
      )}
    />
  );
}

export interface Choice {
  readonly id: string;
  readonly name: string;
  readonly color?: string;
}

interface ChoiceInputProps<T extends FieldValues> extends FieldProps<T> {
  readonly choices: readonly Choice[];
}

export function ChoiceInput<T extends FieldValues>({
  control,
  name,
  label,
  choices,
  onCommit,
}: ChoiceInputProps<T>) {
  return (
    <Controller
      control={control}
      name={name}
      render={({ field }) => (
        <ChoiceField
          label={label}
          choices={choices}
          value={field.value}
          onChange={(value) => {
            field.onChange(value);
            onCommit();
          }}
        />
      )}
    />
  );
}

interface ChoiceFieldProps {
  readonly label: string;
  readonly choices: readonly Choice[];
  /** The id of a choice; others show nothing. */
  readonly value: string;
  readonly onChange: (id: string) => void;
}

export function ChoiceField({ label, choices, value, onChange }: ChoiceFieldProps) {
  return (
    <Select
      className="ed-field"
      placeholder={DIFFERENT}
      value={choices.some(({ id }) => id === value) ? value : null}
      onChange={(key) => {
        if (key !== null) onChange(String(key));
      }}
    >
      <Label>{label}</Label>
      <Button className="ed-select">
        <SelectValue />
        <Icon name="chevron" />
      </Button>
      <Popover className="ed-popover">
        <ListBox className="ed-list" items={choices}>
          {({ id, name, color }) => (
            <ListBoxItem id={id} textValue={name} className="ed-list__item">
              {color !== undefined && <Swatch color={color} />}
              {name}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
}

export function Swatch({ color }: { readonly color: string }) {
  return (
    <svg className="ed-swatch" viewBox="0 0 12 12" aria-hidden="true">
      <circle cx="6" cy="6" r="5.5" fill={color} />
    </svg>
  );
}

/** A slider, and a field for the exact value. */
export function SliderInput<T extends FieldValues>({
  control,
  name,
  label,
  onCommit,
  min = 0,
  max = 100,
  step = 1,
}: FieldProps<T> & NumberInputProps) {
  return (
    <Controller
      control={control}
      name={name}
      render={({ field }) => (
        <div className="ed-slider">
          <Slider
            value={field.value}
            minValue={min}
            maxValue={max}
            step={step}
            onChange={field.onChange}
            onChangeEnd={onCommit}
          >
            <Label>{label}</Label>
            <SliderTrack className="ed-slider__track">
              <SliderThumb className="ed-slider__thumb" />
            </SliderTrack>
          </Slider>
          <NumberField
            className="ed-number"
            aria-label={label}
            value={field.value}
            minValue={min}
            maxValue={max}
            step={step}
            onChange={(value) => {
              if (Number.isNaN(value)) return;
              field.onChange(value);
              onCommit();
            }}
          >
            <Input />
          </NumberField>
        </div>
      )}
    />
  );
}

interface CheckProps {
  readonly isSelected: boolean;
  readonly isMixed?: boolean;
  readonly onChange: (isSelected: boolean) => void;
  readonly children: ReactNode;
}

export function Check({ isSelected, isMixed = false, onChange, children }: CheckProps) {
  return (
    <CheckboxField isSelected={isSelected} isIndeterminate={isMixed} onChange={onChange}>
      <CheckboxButton className="ed-check">
        <span className="ed-check__box" aria-hidden="true">
          <Icon name={isMixed ? 'minus' : 'check'} />
        </span>
        {children}
      </CheckboxButton>
    </CheckboxField>
  );
}
