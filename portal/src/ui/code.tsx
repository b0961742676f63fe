/** Text to be copied exactly: a secret, a command, JSON. */
import { ActionIcon, Code, CopyButton, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import classes from './code.module.css';

export function CodeBlock({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation();
  return (
    <div className={classes.frame}>
      <Code block tabIndex={0} aria-label={label} className={classes.text}>
        {text}
      </Code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Tooltip label={t(copied ? 'ui.copied' : 'ui.copy')}>
            <ActionIcon
              className={classes.copy}
              variant="default"
              aria-label={`${t('ui.copy')}: ${label}`}
              onClick={copy}
            >
              {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </div>
  );
}
