import './pattern-properties.ts';
