/** All steps at a glance, and the one that is at hand. */
import { Badge, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../../ui/link.tsx';
import { AddressStep } from './address-step.tsx';
import { DoneStep } from './done-step.tsx';
import { OrganisationStep } from './organisation-step.tsx';
import { SourceStep } from './source-step.tsx';
import type { useSteps } from './state.ts';
import { isDone, openStep, STEPS, stepAfter, type Step } from './steps.ts';
import { TestStep } from './test-step.tsx';
import { ThereAlready } from './there-already.tsx';
import { UsersStep } from './users-step.tsx';

export function StepFrame({ steps }: { steps: ReturnType<typeof useSteps> }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { step } = useSearch({ from: '/inside/welcome' });
  const { state, sources, pass, again } = steps;
  // Nobody is moved on by what is loaded meanwhile: a secret may stand there.
  const [first] = useState(() => openStep(state));
  const at = step ?? first;
  const go = (to: Step) => void navigate({ to: '/welcome', search: { step: to } });
  const next = async () => {
    await again();
    go(stepAfter(at));
  };
  const skip = () => {
    pass(at);
    go(stepAfter(at));
  };
  const { organisation } = state;
  return (
    <Stack maw={820}>
      <Group component="nav" gap="xs" aria-label={t('welcome.progress')}>
        {STEPS.map((one) => (
          <Button
            key={one}
            size="xs"
            variant={one === at ? 'filled' : 'default'}
            aria-current={one === at ? 'step' : undefined}
            leftSection={
              isDone(one, state) ? (
                <IconCheck size={14} role="img" aria-label={t('welcome.isDone')} />
              ) : undefined
            }
            onClick={() => go(one)}
          >
            {t(`welcome.steps.${one}`)}
          </Button>
        ))}
      </Group>
      <Paper withBorder p={{ base: 'md', sm: 'xl' }}>
        <Stack key={at}>
          <Group justify="space-between">
            <Title order={2} size="h3">
              {t(`welcome.titles.${at}`)}
            </Title>
            {isDone(at, state) && (
              <Badge color="teal.9" tt="none" leftSection={<IconCheck size={12} aria-hidden />}>
                {t('welcome.isDone')}
              </Badge>
            )}
          </Group>
          <Text c="dimmed">{t(`welcome.abouts.${at}`)}</Text>
          {at === 'source' && (
            <ThereAlready
              isThere={state.hasSource}
              way={
                <ButtonLink variant="default" to="/operator/sources">
                  {t('welcome.toSources')}
                </ButtonLink>
              }
            >
              <SourceStep next={next} />
            </ThereAlready>
          )}
          {at === 'organisation' && (
            <ThereAlready
              isThere={organisation !== undefined}
              way={
                <ButtonLink variant="default" to="/operator/organisations">
                  {t('welcome.toOrganisations')}
                </ButtonLink>
              }
            >
              <OrganisationStep next={next} />
            </ThereAlready>
          )}
          {needsOrganisation(at) && organisation === undefined && (
            <Text>{t('welcome.organisationFirst')}</Text>
          )}
          {organisation !== undefined && (
            <>
              {at === 'users' && <UsersStep organisation={organisation} sources={sources} next={next} />}
              {at === 'address' && (
                <AddressStep organisation={organisation} hasOne={state.hasEndpoint} next={next} />
              )}
              {at === 'test' && (
                <TestStep
                  organisation={organisation}
                  next={() => {
                    pass('test');
                    return next();
                  }}
                />
              )}
            </>
          )}
          {at === 'done' && <DoneStep organisation={organisation} />}
          {at !== 'done' && (
            <Group justify="flex-end">
              <Button variant="subtle" onClick={skip}>
                {t(isDone(at, state) ? 'welcome.goOn' : 'welcome.skip')}
              </Button>
            </Group>
          )}
        </Stack>
      </Paper>
    </Stack>
  );
}

function needsOrganisation(step: Step): boolean {
  return step === 'users' || step === 'address' || step === 'test';
}
