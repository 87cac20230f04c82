// Every case of this folder, restored after every step from the file of a notebook.
import { casesThroughFile } from '../through-files.ts';

await casesThroughFile(import.meta.url);
