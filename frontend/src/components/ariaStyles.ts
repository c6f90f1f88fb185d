/**
 * Side effect: keeps React Aria from adding an inline style element, which the content security
 * policy refuses. It adds none if there is an element with this id; ariaStyles.css has its rule.
 */
import './ariaStyles.css';

const ID = 'react-aria-pressable-style';

if (document.getElementById(ID) === null) {
  const placeholder = document.createElement('meta');
  placeholder.id = ID;
  document.head.append(placeholder);
}
