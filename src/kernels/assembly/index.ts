export * from './adam';
export * from './normals';
export * from './sgd';
export * from './threefry';
export * from './uniforms';
export * from './vectors';
