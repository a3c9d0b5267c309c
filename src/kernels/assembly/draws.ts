export * from './below';
export * from './normals';
export * from './threefry';
export * from './uniforms';
