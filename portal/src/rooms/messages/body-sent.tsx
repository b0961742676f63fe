/** What is sent, to read, to copy, and to send by hand. */
import { Button, CopyButton, Group, Modal, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCheck, IconCopy, IconTerminal2 } from '@tabler/icons-react';
import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/client.ts';
import { ApiProblem } from '../../api/problem.ts';
import { CodeBlock } from '../../ui/code.tsx';
import { Problem } from '../../ui/problem.tsx';
import { curlOf } from './curl.ts';
import type { WholeMessage } from './messages.ts';

export function BodySent({ message }: { message: WholeMessage }) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Title order={2} size="h4">
          {t('messages.message.body')}
        </Title>
        <Group gap="xs">
          <CopyButton value={message.body_text}>
            {({ copied, copy }) => (
              <Button
                size="xs"
                variant="default"
                leftSection={
                  copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />
                }
                onClick={copy}
              >
                {t(copied ? 'messages.message.copied' : 'messages.message.copyJson')}
              </Button>
            )}
          </CopyButton>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconTerminal2 size={14} aria-hidden />}
            onClick={open}
          >
            {t('messages.message.curl')}
          </Button>
        </Group>
      </Group>
      <CodeBlock text={JSON.stringify(message.body, undefined, 2)} label={t('messages.message.json')} />
      <Modal
        opened={opened}
        onClose={close}
        size="lg"
        title={t('messages.message.curlTitle')}
        closeButtonProps={{ 'aria-label': t('ui.close') }}
      >
        <Curl message={message} />
      </Modal>
    </Stack>
  );
}

function Curl({ message }: { message: WholeMessage }) {
  const { t } = useTranslation();
  const { organisation } = useParams({ from: '/inside/o/$organisation' });
  const path = { organisation, endpoint: message.endpoint };
  const endpoint = queries.useQuery('get', '/api/v1/organisations/{organisation}/endpoints/{endpoint}', {
    params: { path },
  });
  if (endpoint.error instanceof ApiProblem && endpoint.error.code === 'NOT_FOUND') {
    return <Text>{t('messages.message.curlGone')}</Text>;
  }
  return (
    <Stack>
      <Text>{t('messages.message.curlNote')}</Text>
      <Problem problem={endpoint.error} />
      {endpoint.data && (
        <CodeBlock text={curlOf(message, endpoint.data.url)} label={t('messages.message.curlCommand')} />
      )}
    </Stack>
  );
}
