import { render } from 'preact';
import { App } from './shell/app.tsx';
import './shell/theme.ts';
import './style/tokens.css';
import './style/base.css';
import './style/parts.css';

const place = document.getElementById('app');
if (place) render(<App />, place);
