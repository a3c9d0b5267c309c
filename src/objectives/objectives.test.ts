import { testObjectives } from '../testing/index.ts';
import { objectives } from './index.ts';

testObjectives(objectives);
