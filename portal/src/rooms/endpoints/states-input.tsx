/** What an endpoint is told of. The words first; the names that stand in messages behind them. */
import { Checkbox, Code, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';

const STATES = ['TRYING', 'PROCEEDING', 'EARLY', 'CONFIRMED', 'TERMINATED'] as const;

interface Props {
  value?: string[];
  onChange?: (value: string[]) => void;
  error?: React.ReactNode;
  disabled?: boolean;
}

export function StatesInput({ disabled, ...props }: Props) {
  const { t } = useTranslation();
  return (
    <Checkbox.Group label={t('endpoints.states')} {...props}>
      <Stack gap="xs" mt="xs">
        {STATES.map((state) => (
          <Checkbox
            key={state}
            value={state}
            disabled={disabled}
            label={
              <>
                {t(`endpoints.state.${state}`)} <Code>{state}</Code>
              </>
            }
          />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}
