/** The second step of an import: what is wrong row by row, or what would be made and changed. Nothing is done yet. */
import { Alert, Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconInfoCircle } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from '../../api/problem.ts';
import { useFieldErrorWords } from '../../ui/field-error-words.ts';
import { Problem } from '../../ui/problem.tsx';
import { SaveProblem } from '../../ui/save-problem.tsx';
import { ImportProblems, type Wrong } from './import-problems.tsx';
import { ImportRows } from './import-rows.tsx';
import { useImport, usePreview, type Preview } from './import.ts';
import type { Sheet } from './user-columns.ts';
import { useUserChanges } from './users.ts';

interface Props {
  text: string;
  back: () => void;
}

export function ImportPreview({ text, back }: Props) {
  const { t } = useTranslation();
  const preview = usePreview(text);
  const again = () => void preview.refetch();
  return (
    <Stack aria-live="polite">
      {preview.data !== undefined && preview.data.sheet.unknown.length > 0 && (
        <Alert variant="default" icon={<IconInfoCircle />} title={t('users.import.unknownColumns')}>
          {preview.data.sheet.unknown.join(', ')}
        </Alert>
      )}
      <Problem problem={preview.error} retry={again} />
      {preview.isPending && <Skeleton h={320} />}
      {preview.data !== undefined && <Findings preview={preview.data} back={back} again={again} />}
    </Stack>
  );
}

interface FindingsProps {
  preview: Preview;
  back: () => void;
  again: () => void;
}

function Findings({ preview: { sheet, tried }, back, again }: FindingsProps) {
  const { t } = useTranslation();
  const word = useFieldErrorWords();
  const backButton = (
    <Button variant="default" onClick={back}>
      {t('users.import.another')}
    </Button>
  );
  if (tried !== undefined && 'plan' in tried) {
    return <Plan sheet={sheet} tried={tried} backButton={backButton} again={again} />;
  }
  const refused = tried?.refused;
  const isRows = refused instanceof ApiProblem && refused.errors.length > 0;
  const wrongs: Wrong[] = [
    ...sheet.problems.map(({ code, ...place }) => ({ ...place, text: t(`users.import.problems.${code}`) })),
    ...(isRows ? refused.errors : []).map((error) => ({
      ...sheet.placeOf(error.pointer),
      text: worded(word(error), sheet, (line) => t('users.import.inLine', { line })),
    })),
  ];
  return (
    <Stack>
      {wrongs.length > 0 && <ImportProblems wrongs={wrongs} />}
      {wrongs.length === 0 && refused === undefined && <Text>{t('users.import.noRows')}</Text>}
      {!isRows && <Problem problem={refused} retry={again} />}
      <Group>{backButton}</Group>
    </Stack>
  );
}

/** The API knows no lines: `at /users/3/extensions/0`. */
function worded(message: string, sheet: Sheet, inLine: (line: number) => string): string {
  return message.replaceAll(/at (\/users\/\d+[\w/]*)/g, (all, pointer: string) => {
    const { line } = sheet.placeOf(pointer);
    return line === undefined ? all : inLine(line);
  });
}

interface PlanProps {
  sheet: Sheet;
  tried: Extract<NonNullable<Preview['tried']>, { etag: string }>;
  backButton: React.ReactNode;
  again: () => void;
}

function Plan({ sheet, tried: { plan, etag }, backButton, again }: PlanProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { organisation } = useUserChanges();
  const { created, changed, unchanged } = plan;
  const made = useImport(sheet, etag, () => {
    notifications.show({ message: t('users.import.done', { created, changed }) });
    void navigate({ to: '/o/$organisation/users', params: { organisation } });
  });
  const isNothing = created + changed === 0;
  return (
    <Stack>
      <Text size="sm" fw={600}>
        {isNothing
          ? t('users.import.nothing', { unchanged })
          : t('users.import.counts', { created, changed, unchanged })}
      </Text>
      <ImportRows rows={plan.users.filter(({ becomes }) => becomes !== 'unchanged')} />
      <SaveProblem
        problem={made.error}
        reload={() => {
          made.reset();
          again();
        }}
      />
      <Group>
        {!isNothing && (
          <Button loading={made.isPending} onClick={() => made.mutate()}>
            {t('users.import.do')}
          </Button>
        )}
        {backButton}
      </Group>
    </Stack>
  );
}
