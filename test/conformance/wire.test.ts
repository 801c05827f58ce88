import { wireChecks } from './checks.ts';
import { findSubjects } from './subject.ts';
import { conforms } from './suite.ts';

// A file of its own, so that both halves of the suite run side by side.
for (const subject of findSubjects()) conforms(subject, wireChecks);
