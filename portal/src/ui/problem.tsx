/** What went wrong, and what to do: in the reader's language by the problem's code, else in the API's own words. */
import { Alert, Button, List, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from '../api/problem.ts';
import { useFieldErrorWords } from './field-error-words.ts';

/** Their words say it all; the API's own speak of headers. */
const WITHOUT_DETAIL = new Set(['CHANGED_MEANWHILE', 'MATCH_NEEDED']);

export function Problem({ problem, retry }: { problem: unknown; retry?: () => void }) {
  const { t, i18n } = useTranslation();
  const word = useFieldErrorWords();
  if (problem === null || problem === undefined) return null;
  const { code, detail, errors } =
    problem instanceof ApiProblem ? problem : { code: 'UNKNOWN', detail: undefined, errors: [] };
  const key = `problems.${code}`;
  const title = i18n.exists(key) ? t(key as 'problems.UNKNOWN') : t('problems.UNKNOWN');
  return (
    <Alert color="red" icon={<IconAlertTriangle />} title={title} role="alert">
      <Stack gap="xs" align="flex-start">
        {detail !== undefined && errors.length === 0 && !WITHOUT_DETAIL.has(code) && (
          <Text size="sm">{detail}</Text>
        )}
        {errors.length > 0 && (
          <List size="sm">
            {errors.map((error) => (
              <List.Item key={`${error.pointer} ${error.message}`}>
                {error.pointer.slice(1)} {word(error)}
              </List.Item>
            ))}
          </List>
        )}
        {retry && (
          <Button size="xs" variant="light" color="red" onClick={retry}>
            {t('ui.retry')}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
