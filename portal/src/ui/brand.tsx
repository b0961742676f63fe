import { Group, Image, Text } from '@mantine/core';

export function Brand() {
  return (
    <Group gap="xs" wrap="nowrap">
      <Image src="/icon.svg" alt="" w={28} h={28} />
      <Text fw={700} size="lg">
        Callhook
      </Text>
    </Group>
  );
}
