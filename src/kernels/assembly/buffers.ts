export * from './adam';
export * from './pixels';
export * from './sgd';
export * from './vectors';
