/** SVG path of each status mark, centred on (0, 0), for a seat of radius 1. */
export const GLYPHS = {
  mine: 'M-.42 .02L-.12 .34L.44 -.34',
  locked: 'M-.2 -.06V-.26A.2 .2 0 0 1 .2 -.26V-.06M-.38 -.06H.38V.42H-.38Z',
  reserved: 'M0 -.46A.22 .22 0 1 1 0 -.02A.22 .22 0 1 1 0 -.46ZM-.44 .5C-.4 .02 .4 .02 .44 .5Z',
  blocked: 'M-.3 -.3L.3 .3M.3 -.3L-.3 .3',
  wheelchair:
    'M-.02 -.58A.1 .1 0 1 1 -.22 -.58A.1 .1 0 1 1 -.02 -.58M-.12 -.32V.06H.24L.42 .46M-.06 -.12H.2M-.22 -.04A.34 .34 0 1 0 .2 .34',
  companion:
    'M-.07 -.46A.13 .13 0 1 1 -.33 -.46A.13 .13 0 1 1 -.07 -.46M-.2 -.28V.12L-.38 .52M-.2 .12L-.02 .52M-.44 -.08H.04M.36 -.2V.24M.14 .02H.58',
  /** Replaces the padlock in small seats. */
  bar: 'M-.4 0H.4',
} as const;
