import { connect } from '../../host.ts';

connect<'compare'>(() => {});
