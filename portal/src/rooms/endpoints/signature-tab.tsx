/** How the receiver knows that a message is ours: the secret, its change, and the code that checks it. */
import { Alert, Button, Modal, Paper, Select, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useRouteContext } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client.ts';
import { CodeBlock } from '../../ui/code.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Time } from '../../ui/time.tsx';
import { useRotation, type Endpoint, type Place } from './endpoints.ts';
import { PublicKeys } from './public-keys.tsx';
import { Verification } from './verification.tsx';

export function SignatureTab({ place, endpoint }: { place: Place; endpoint: Endpoint }) {
  const { t } = useTranslation();
  const { me } = useRouteContext({ from: '/inside' });
  const [opened, { open, close }] = useDisclosure();
  const signing = endpoint.signing ?? 'hmac-sha256';
  return (
    <Stack maw={860}>
      <Paper withBorder p="lg">
        <Stack align="flex-start">
          <Title order={2} size="h4">
            {t('endpoints.secret.title')}
          </Title>
          <Text>{t('endpoints.secret.about')}</Text>
          <Text>{t(`endpoints.secret.kinds.${signing}`)}</Text>
          {signing === 'ed25519' && <PublicKeys place={place} />}
          {me.may_write && (
            <Button variant="default" onClick={open}>
              {t('endpoints.rotate.open')}
            </Button>
          )}
        </Stack>
      </Paper>
      <Verification signing={signing} />
      <Modal
        opened={opened}
        onClose={close}
        size="lg"
        title={t('endpoints.rotate.open')}
        closeOnClickOutside={false}
        closeButtonProps={{ 'aria-label': t('ui.close') }}
      >
        <Rotation place={place} signing={signing} close={close} />
      </Modal>
    </Stack>
  );
}

const OVERLAPS = ['0s', '1h', '24h', '7d', '30d'] as const;
const SIGNINGS = ['hmac-sha256', 'ed25519'] as const;

interface RotationProps {
  place: Place;
  signing: (typeof SIGNINGS)[number];
  close: () => void;
}

function Rotation({ place, signing: present, close }: RotationProps) {
  const { t } = useTranslation();
  const [overlap, setOverlap] = useState<string>('24h');
  const [signing, setSigning] = useState(present);
  const rotation = useRotation(place);
  if (rotation.isSuccess) return <Rotated rotated={rotation.data} place={place} close={close} />;
  return (
    <Stack>
      <Text>{t('endpoints.rotate.about')}</Text>
      <Select
        label={t('endpoints.rotate.overlap')}
        description={t('endpoints.rotate.overlapAbout')}
        allowDeselect={false}
        value={overlap}
        data={OVERLAPS.map((value) => ({ value, label: t(`endpoints.rotate.overlaps.${value}`) }))}
        onChange={(value) => setOverlap(value!)}
      />
      <Select
        label={t('endpoints.signing')}
        allowDeselect={false}
        value={signing}
        data={SIGNINGS.map((value) => ({ value, label: t(`endpoints.signings.${value}`) }))}
        onChange={(value) => setSigning(value as typeof signing)}
      />
      <Problem problem={rotation.error} />
      <Button loading={rotation.isPending} onClick={() => rotation.mutate({ overlap, signing })}>
        {t('endpoints.rotate.do')}
      </Button>
    </Stack>
  );
}

interface RotatedProps {
  rotated: Schemas['RotatedSecret'];
  place: Place;
  close: () => void;
}

function Rotated({ rotated, place, close }: RotatedProps) {
  const { t } = useTranslation();
  const { secret, public_key, former_signs_until } = rotated;
  return (
    <Stack>
      {secret !== undefined && (
        <>
          <Alert color="yellow">{t('endpoints.secret.once')}</Alert>
          <CodeBlock text={secret} label={t('endpoints.secret.label')} />
        </>
      )}
      {public_key !== undefined && (
        <>
          <CodeBlock text={public_key} label={t('endpoints.secret.publicKey')} />
          <PublicKeys place={place} />
        </>
      )}
      <Text>
        {former_signs_until === undefined ? (
          t('endpoints.rotate.atOnce')
        ) : (
          <>
            {t('endpoints.rotate.until')} <Time at={former_signs_until} />.
          </>
        )}
      </Text>
      <Button onClick={close}>{t('endpoints.rotate.done')}</Button>
    </Stack>
  );
}
