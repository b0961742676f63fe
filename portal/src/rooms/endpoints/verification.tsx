/** Code that checks the signature; the tests run these very files. */
import { Anchor, Paper, Stack, Tabs, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CodeBlock } from '../../ui/code.tsx';

const FILES = import.meta.glob<string>('./snippets/*', { query: '?raw', import: 'default', eager: true });
const SNIPPETS = { TypeScript: 'verify.ts', Python: 'verify.py', PHP: 'verify.php', 'C#': 'Verify.cs' };

export function Verification({ signing }: { signing: 'hmac-sha256' | 'ed25519' }) {
  const { t } = useTranslation();
  return (
    <Paper withBorder p="lg">
      <Stack>
        <Title order={2} size="h4">
          {t('endpoints.verify.title')}
        </Title>
        <Text>
          {t('endpoints.verify.about')}{' '}
          <Anchor href="https://www.standardwebhooks.com" target="_blank" rel="noreferrer" underline="always">
            Standard Webhooks
          </Anchor>
          .
        </Text>
        {signing === 'ed25519' ? (
          <Text>{t('endpoints.verify.ed25519')}</Text>
        ) : (
          <Tabs defaultValue="TypeScript" keepMounted={false}>
            <Tabs.List mb="sm">
              {Object.keys(SNIPPETS).map((language) => (
                <Tabs.Tab key={language} value={language}>
                  {language}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            {Object.entries(SNIPPETS).map(([language, file]) => (
              <Tabs.Panel key={language} value={language}>
                <CodeBlock
                  text={FILES[`./snippets/${file}`]!.trim()}
                  label={t('endpoints.verify.code', { language })}
                />
              </Tabs.Panel>
            ))}
          </Tabs>
        )}
      </Stack>
    </Paper>
  );
}
