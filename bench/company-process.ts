// The demo company's services in a process of their own, so that what they cost is not counted as the gateway's.
import { startDemo } from '../src/cli/demo.ts';

const [people, types, store] = process.argv.slice(2);
const demo = await startDemo({
  people: Number(people),
  port: 0,
  store: store ?? '',
  types: types === undefined || types === '' ? undefined : types.split(','),
});
process.send?.({ yaml: demo.yaml });
process.on('disconnect', () => process.exit());
