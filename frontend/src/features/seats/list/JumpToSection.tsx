import { useId, useState } from 'react';

import { Button } from '@/components/Button';
import type { Section } from '@/domain/seatMap/sections';
import { sectionName } from '@/features/seats/sectionName';
import { t } from '@/i18n/language';

interface JumpToSectionProps {
  readonly sections: readonly Section[];
  readonly onJump: (section: string) => void;
}

/** Jumps on submit, not on every arrow key in the select. */
export function JumpToSection({ sections, onJump }: JumpToSectionProps) {
  const id = useId();
  const [wanted, setWanted] = useState(sections[0]?.name ?? '');
  return (
    <form
      className="list__jump"
      onSubmit={(submit) => {
        submit.preventDefault();
        onJump(wanted);
      }}
    >
      <label htmlFor={id}>{t('list:jump')}</label>
      <select
        id={id}
        className="choice"
        value={wanted}
        onChange={({ target }) => {
          setWanted(target.value);
        }}
      >
        {sections.map((section) => (
          <option key={section.name} value={section.name}>
            {sectionName(section)}
          </option>
        ))}
      </select>
      <Button type="submit">{t('list:go')}</Button>
    </form>
  );
}
