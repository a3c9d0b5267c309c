import { testEngine } from '../../testing/engine/index.ts';
import { referenceEngine } from './index.ts';

// Values are compared with the reference itself here, which proves nothing about them (kernels.test.ts does); what this
// run proves is the contract of Program, and that every case of the suite is one that an engine can pass.
testEngine('reference', () => referenceEngine);
