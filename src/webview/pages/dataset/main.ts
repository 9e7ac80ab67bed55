import { connect } from '../../host.ts';

connect<'dataset'>(() => {});
