import { connect } from '../../host.ts';

connect<'metrics'>(() => {});
