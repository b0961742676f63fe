/** One part of the proof: what is set; on demand the form that sets it anew; taken away after a question. */
import { Button, Group, Paper, Stack, Text, Title, VisuallyHidden } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmButton } from '../../ui/confirm.tsx';
import { SaveProblem } from '../../ui/save-problem.tsx';
import { useChange, type EndpointBody, type Place, type Reading } from './endpoints.ts';

/** What a part's form does with what was filled in. */
export interface Save {
  now: (changed: Partial<EndpointBody>) => void;
  isPending: boolean;
  error: unknown;
  cancel: () => void;
}

interface Props {
  place: Place;
  read: Reading;
  mayChange: boolean;
  title: string;
  /** In words; undefined: nothing. */
  set: string | undefined;
  /** Takes it away. */
  without: Partial<EndpointBody>;
  renderForm: (save: Save) => ReactNode;
}

export function Part({ place, read, mayChange, title, set, without, renderForm }: Props) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  const { saving, reload } = useChange(place, read);
  const now = (changed: Partial<EndpointBody>) =>
    saving.mutate(changed, {
      onSuccess: () => {
        close();
        notifications.show({ message: t('ui.saved'), closeButtonProps: { 'aria-label': t('ui.close') } });
      },
    });
  const cancel = () => {
    saving.reset();
    close();
  };
  return (
    <Paper withBorder p="lg" component="section" aria-label={title}>
      <Stack>
        <Group justify="space-between" align="flex-start">
          <div>
            <Title order={2} size="h4">
              {title}
            </Title>
            <Text size="sm" c={set === undefined ? 'dimmed' : undefined}>
              {set ?? t('endpoints.access.none')}
            </Text>
          </div>
          {mayChange && !opened && (
            <Group gap="xs">
              <Button variant="default" size="xs" onClick={open}>
                {t(set === undefined ? 'endpoints.access.set' : 'ui.edit')}
                <VisuallyHidden>{` ${title}`}</VisuallyHidden>
              </Button>
              {set !== undefined && (
                <ConfirmButton
                  size="xs"
                  question={t('endpoints.access.takeQuestion')}
                  does={t('endpoints.access.take')}
                  confirm={() => now(without)}
                >
                  {t('ui.remove')}
                </ConfirmButton>
              )}
            </Group>
          )}
        </Group>
        {opened && renderForm({ now, isPending: saving.isPending, error: saving.error, cancel })}
        <SaveProblem problem={saving.error} reload={reload} />
      </Stack>
    </Paper>
  );
}
