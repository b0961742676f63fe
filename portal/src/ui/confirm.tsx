/** A button for what cannot be undone: it asks once more, in words. */
import { Button, Group, Modal, Text, type ButtonProps } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

interface Props extends ButtonProps {
  children: ReactNode;
  /** What will happen. */
  question: ReactNode;
  /** On the button that does it. */
  does: string;
  confirm: () => void;
}

export function ConfirmButton({ children, question, does, confirm, ...button }: Props) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Button variant="default" {...button} onClick={open}>
        {children}
      </Button>
      <Modal opened={opened} onClose={close} title={does} closeButtonProps={{ 'aria-label': t('ui.close') }}>
        <Text mb="md" component="div">
          {question}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus>
            {t('ui.cancel')}
          </Button>
          <Button
            color="red"
            onClick={() => {
              close();
              confirm();
            }}
          >
            {does}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
