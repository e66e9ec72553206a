// Markup as tagged templates; every value in it becomes text or an attribute, never markup.
import { h, render, Fragment } from '../lib/preact.js';
import htm from '../lib/htm.js';

export const html = htm.bind(h);
export { h, render, Fragment };
export { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from '../lib/hooks.js';
