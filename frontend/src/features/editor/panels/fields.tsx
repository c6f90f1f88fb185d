import type { ReactNode } from 'react';
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
  SliderOutput,
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

export function TextInput<T extends FieldValues>({
  control,
  name,
  label,
  onCommit,
  maxLength = 100,
}: FieldProps<T> & { readonly maxLength?: number }) {
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
        >
          <Label>{label}</Label>
          <Input ref={field.ref} />
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
        <Slider
          className="ed-slider"
          value={field.value}
          minValue={min}
          maxValue={max}
          step={step}
          onChange={field.onChange}
          onChangeEnd={onCommit}
        >
          <Label>{label}</Label>
          <SliderOutput className="tabular" />
          <SliderTrack className="ed-slider__track">
            <SliderThumb className="ed-slider__thumb" />
          </SliderTrack>
        </Slider>
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

/** A titled part of a panel. */
export function Group({
  title,
  children,
}: {
  readonly title?: string;
  readonly children: ReactNode;
}) {
  return (
    <section className="ed-group">
      {title !== undefined && <h2 className="ed-group__title">{title}</h2>}
      {children}
    </section>
  );
}
