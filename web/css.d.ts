// Style sheets as strings: see the package bundle.
declare module "*.css?text" {
  const text: string;
  export default text;
}
// Style sheets as files of their own.
declare module "*.css";
