/** Asks for a function number and what answers there. */
import { Button, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { fieldErrorsOf } from '../../api/problem.ts';
import { SaveProblem } from '../../ui/save-problem.tsx';
import { KINDS, type FunctionNumber } from './function-numbers.ts';

interface Props {
  /** Its number stays; undefined: a new one is added. */
  start: FunctionNumber | undefined;
  save: (one: FunctionNumber) => Promise<void>;
  reload: () => void;
  close: () => void;
}

export function FunctionNumberForm({ start, save, reload, close }: Props) {
  const { t } = useTranslation();
  const form = useForm<FunctionNumber>({ initialValues: start ?? { number: '', kind: 'QUEUE' } });
  const saved = useMutation({
    mutationFn: save,
    onSuccess: close,
    onError: (error) => form.setErrors(fieldErrorsOf(error)),
  });
  const title = t(start === undefined ? 'functionNumbers.add' : 'functionNumbers.change');
  return (
    <Modal opened onClose={close} title={title} closeButtonProps={{ 'aria-label': t('ui.close') }}>
      <form onSubmit={form.onSubmit((one) => saved.mutate({ ...one, number: one.number.trim() }))}>
        <Stack>
          <TextInput
            required
            data-autofocus={start === undefined || undefined}
            readOnly={start !== undefined}
            label={t('functionNumbers.number')}
            description={start === undefined && t('functionNumbers.numberAbout')}
            {...form.getInputProps('number')}
          />
          <Select
            label={t('functionNumbers.kind')}
            allowDeselect={false}
            data={KINDS.map((value) => ({ value, label: t(`functionNumbers.kinds.${value}`) }))}
            {...form.getInputProps('kind')}
          />
          <SaveProblem problem={saved.error} reload={reload} />
          <Button type="submit" loading={saved.isPending}>
            {start === undefined ? title : t('ui.save')}
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}
