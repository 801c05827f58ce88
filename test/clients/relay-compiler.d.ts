declare module 'relay-compiler' {
  /** Where the compiler for this machine is. */
  const program: string;
  export default program;
}
