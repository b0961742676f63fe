/** One message marked as a test, and what the CRM answered. */
import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/client.ts';
import { Problem } from '../../ui/problem.tsx';
import { FIRST_ENDPOINT } from './first-endpoint.ts';

export function TestStep({ organisation, next }: { organisation: string; next: () => Promise<void> }) {
  const { t } = useTranslation();
  const test = queries.useMutation('post', '/api/v1/organisations/{organisation}/endpoints/{endpoint}/test');
  const isDelivered = test.data?.delivered === true;
  return (
    <Stack>
      <Problem problem={test.error} />
      {test.data !== undefined && (
        <Alert
          role="status"
          variant="default"
          icon={isDelivered ? <IconCheck /> : <IconAlertTriangle />}
          title={t(isDelivered ? 'welcome.arrived' : 'welcome.notArrived')}
        >
          <Text size="sm">{test.data.says}</Text>
        </Alert>
      )}
      <Group>
        <Button
          variant={isDelivered ? 'default' : 'filled'}
          loading={test.isPending}
          onClick={() =>
            test.mutate({ params: { path: { organisation, endpoint: FIRST_ENDPOINT } }, body: {} })
          }
        >
          {t('welcome.sendTest')}
        </Button>
        {isDelivered && <Button onClick={() => void next()}>{t('welcome.goOn')}</Button>}
      </Group>
    </Stack>
  );
}
