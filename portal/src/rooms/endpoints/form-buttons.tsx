import { Button, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Save } from './part.tsx';

export function FormButtons({ save }: { save: Save }) {
  const { t } = useTranslation();
  return (
    <Group>
      <Button type="submit" loading={save.isPending}>
        {t('ui.save')}
      </Button>
      <Button variant="default" onClick={save.cancel}>
        {t('ui.cancel')}
      </Button>
    </Group>
  );
}
